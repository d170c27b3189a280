// The door's work off the page: reads codes and checks passes. It keeps the lists it was handed, and nothing of what it checked.

import { ready } from "./module.js";

let door, module;

const acts = {
  async start({ publisher }) {
    module = await ready;
    door = new module.Door(publisher);
  },
  lists({ list, filter, essential }) {
    const editions = {};
    if (list) editions.list = JSON.parse(door.setTrustList(new Uint8Array(list)));
    if (filter) editions.filter = JSON.parse(door.setFilter(new Uint8Array(filter)));
    if (essential !== undefined) door.setEssential(essential);
    return editions;
  },
  check: ({ text, at }) => ({ text, answer: JSON.parse(door.check(text, at)) }),
  frame({ pixels, width, height, at }) {
    const text = module.readFrame(new Uint8Array(pixels), width, height);
    return text === undefined ? {} : acts.check({ text, at });
  },
  picture({ bytes, at }) {
    return acts.check({ text: module.readPicture(new Uint8Array(bytes)), at });
  },
};

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ id: data.id, done: (await acts[data.act](data)) ?? {} });
  } catch (error) {
    postMessage({ id: data.id, failed: String(error) });
  }
});
