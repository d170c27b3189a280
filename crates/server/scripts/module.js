// The module of phones and doors: fetched and made ready once.

import init, * as functions from "/device/device.js";

export const ready = init({ module_or_path: "/device/device_bg.wasm" }).then(() => functions);
