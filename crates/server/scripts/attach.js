// Makes photographs smaller before they are sent: on a slow line the difference is minutes. What is sent is as large as the office keeps.

/** Longest side, in pixels, as the office keeps pictures. */
const SIDE = 2_340;
/** What is smaller is sent as it is, in bytes. */
const SMALL = 1_000_000;

async function smaller(file) {
  if (file.type !== "image/jpeg" || file.size < SMALL) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return blob && blob.size < file.size ? new File([blob], file.name, { type: blob.type }) : file;
}

document.addEventListener("change", async ({ target }) => {
  if (target.type !== "file" || !target.files.length) return;
  const chosen = new DataTransfer();
  // What this browser cannot read is sent as it is; the office says what is wrong with it.
  for (const file of target.files) chosen.items.add(await smaller(file).catch(() => file));
  target.files = chosen.files;
});
