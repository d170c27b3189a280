// The camera of a door: finds codes by the browser's own detector where there is one, else hands frames on.

/** Frames are made smaller than this before they are looked at, in pixels. */
const WIDE = 960;
/** From the beginning of one look to that of the next, in milliseconds, where a look does not take longer. */
const EVERY = 66;

export class Camera {
  #video; #handlers; #track; #detector; #torch = false; #awake;
  #canvas = document.createElement("canvas");

  /** `handlers`: `text` gets the text of a code, `frame` the pixels of a frame, `paused` says whether to wait. */
  constructor(video, handlers) {
    this.#video = video;
    this.#handlers = handlers;
    // A browser ends it when its page is hidden.
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#stayAwake());
  }

  isOn() {
    return this.#track !== undefined;
  }

  hasTorch() {
    return this.#track?.getCapabilities?.().torch === true;
  }

  async turnTorch() {
    const wanted = !this.#torch;
    // A lamp that does not do as it is told stays as it is.
    await this.#track?.applyConstraints({ advanced: [{ torch: wanted }] }).then(() => { this.#torch = wanted; }, () => {});
    return this.#torch;
  }

  /** Whether it could be started. */
  async start() {
    try {
      const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      this.#video.srcObject = stream;
      await this.#video.play();
      [this.#track] = stream.getVideoTracks();
    } catch {
      return false;
    }
    this.#detector ??= await detector();
    await this.#stayAwake();
    this.#look();
    return true;
  }

  /** A tablet at a door must not fall asleep while it looks; where that cannot be asked for, it does. */
  async #stayAwake() {
    if (!this.isOn() || (this.#awake && !this.#awake.released)) return;
    this.#awake = await navigator.wakeLock?.request("screen").catch(() => undefined);
  }

  stop() {
    this.#track?.stop();
    this.#track = undefined;
    this.#torch = false;
    this.#awake?.release().catch(() => {});
    this.#awake = undefined;
    this.#video.srcObject = null;
  }

  async #look() {
    for (let looks = 0; this.isOn();) {
      const begun = performance.now();
      if (!this.#handlers.paused() && document.visibilityState === "visible" && this.#video.videoWidth > 0) {
        await this.#once().catch(() => {});
        Object.assign(this.#video.dataset, { looks: ++looks, took: performance.now() - begun });
      }
      await new Promise((later) => setTimeout(later, Math.max(0, EVERY - (performance.now() - begun))));
    }
  }

  async #once() {
    if (this.#detector) {
      const [found] = await this.#detector.detect(this.#video);
      if (found) await this.#handlers.text(found.rawValue);
      return;
    }
    const scale = Math.min(1, WIDE / this.#video.videoWidth);
    const [width, height] = [Math.round(this.#video.videoWidth * scale), Math.round(this.#video.videoHeight * scale)];
    Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.#video, 0, 0, width, height);
    await this.#handlers.frame(context.getImageData(0, 0, width, height));
  }
}

async function detector() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => []);
  return formats?.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}
