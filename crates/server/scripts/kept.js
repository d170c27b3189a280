// What this browser keeps for pages: passes with their keys, and visits. Nothing of it is sent anywhere by being kept.

const STORES = { wallets: { keyPath: "person" }, visits: { keyPath: "id", autoIncrement: true } };

function open() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("cleanbill", 2);
    request.onupgradeneeded = () => {
      const { result } = request;
      for (const [name, form] of Object.entries(STORES)) {
        if (!result.objectStoreNames.contains(name)) result.createObjectStore(name, form);
      }
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

/** Does something with a store; `mode` is "readonly" or "readwrite". */
export async function within(store, mode, act) {
  const database = await open();
  try {
    return await new Promise((done, failed) => {
      const request = act(database.transaction(store, mode).objectStore(store));
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  } finally {
    database.close();
  }
}
