// The roll: what was played left of the line, what is to come right of it. Times are seconds on the
// daemon's clock, beats those of the song; `line` is [time, beat, bpm], the line between them.

const PAST_BARS = 2;
const COMING_BARS = 1.3;
const LATE_S = 0.25; // so long after its time a stroke that was planned is waited for
const GLOW_S = 0.22;
const FRAME_MS = 30; // every second frame of most screens
const LANES = [
  ["crash", ["crash"]],
  ["ride", ["ride", "ride_bell"]],
  ["hat", ["closed_hat", "open_hat", "half_open_hat", "pedal_hat"]],
  ["toms", ["high_tom", "mid_tom", "low_tom"]],
  ["snare", ["snare", "side_stick", "clap"]],
  ["kick", ["kick"]],
];
const PERCUSSION = ["more", ["cowbell", "tambourine", "shaker"]];
const TOM_SHIFT = { high_tom: -0.22, mid_tom: 0, low_tom: 0.22 };
const LONG = new Set(["open_hat", "half_open_hat", "crash", "ride_bell"]);

export const laneOf = (voice, lanes = LANES) => lanes.findIndex(([, voices]) => voices.includes(voice));

export class Roll {
  #canvas;
  #context;
  #colours = {};
  #jam = {};
  #offset = null; // daemon's clock less ours
  #guitar = [];
  #sounding = new Map(); // pitch: note
  #drums = [];
  #bars = new Map(); // first beat: strokes [beat, voice, velocity] that were told of
  #pace = 100; // pixels a second
  #low = 38;
  #high = 70;
  #more = false;
  #cost = 0; // ms that a picture takes
  #calm = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#dress());
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#dress();
    this.#fit();
  }

  // Seconds now on the daemon's clock.
  get now() {
    return performance.now() / 1e3 + (this.#offset ?? 0);
  }

  get beat() {
    return this.#jam.line ? this.#beatAt(this.now) : null;
  }

  hear(jam, guitar = [], drums = []) {
    this.#jam = jam;
    this.#keepTime(jam.now);
    for (const [time, pitch, velocity] of guitar) this.#note(time, pitch, velocity);
    for (const [time, voice, velocity] of drums) this.#stroke(time, voice, velocity);
    if (jam.coming) {
      const [start, ...strokes] = jam.coming;
      this.#bars.set(start, strokes);
      for (const bar of this.#bars.keys()) {
        if (bar > start + 1e-6 || bar < start - 2.5 * jam.bar_beats) this.#bars.delete(bar);
      }
    } else {
      this.#bars.clear();
    }
  }

  // The least delay that was seen is nearest to the truth; a clock that drifts is followed slowly.
  #keepTime(theirs) {
    const offset = theirs - performance.now() / 1e3;
    const far = this.#offset === null || Math.abs(offset - this.#offset) > 1;
    if (far) this.#offset = offset;
    else if (offset > this.#offset) this.#offset = offset;
    else this.#offset += (offset - this.#offset) * 0.01;
  }

  #note(time, pitch, velocity) {
    const before = this.#sounding.get(pitch);
    if (before) {
      before.end = time;
      this.#sounding.delete(pitch);
    }
    if (velocity) {
      const note = { time, end: null, pitch, velocity };
      this.#sounding.set(pitch, note);
      this.#guitar.push(note);
    }
  }

  #stroke(time, voice, velocity) {
    this.#drums.push({ time, voice, velocity });
    if (PERCUSSION[1].includes(voice)) this.#more = true;
    for (const [start, strokes] of this.#bars) {
      const at = strokes.findIndex(
        ([beat, one]) => one === voice && Math.abs(this.#timeOf(start + beat) - time) < 0.04,
      );
      if (at >= 0) strokes.splice(at, 1);
    }
  }

  #beatAt(time) {
    const [origin, beat, bpm] = this.#jam.line;
    return beat + ((time - origin) * bpm) / 60;
  }

  #timeOf(beat) {
    if (!this.#jam.line) return Infinity;
    const [origin, first, bpm] = this.#jam.line;
    return origin + ((beat - first) * 60) / bpm;
  }

  #dress() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["text", "dim", "line", "faint", "guitar", "drums", "ahead", "accent"]) {
      this.#colours[name] = style.getPropertyValue(`--${name}`).trim();
    }
  }

  #fit() {
    const ratio = devicePixelRatio || 1;
    const { width, height } = this.#canvas.getBoundingClientRect();
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.width = width;
    this.height = height;
  }

  // Milliseconds between two pictures: drawing leaves most of the time to the drums.
  get interval() {
    return this.#calm.matches ? 250 : Math.max(FRAME_MS, 8 * this.#cost);
  }

  draw() {
    const began = performance.now();
    this.#paint();
    this.#cost += (performance.now() - began - this.#cost) * 0.1;
  }

  #paint() {
    const { width, height } = this;
    const c = this.#context;
    const now = this.now;
    const jam = this.#jam;
    const barS = jam.line ? (jam.bar_beats * 60) / jam.line[2] : 2;
    const pace = width / ((PAST_BARS + COMING_BARS) * barS);
    this.#pace += (pace - this.#pace) * (Math.abs(pace - this.#pace) > pace / 2 ? 1 : 0.08);
    const line = (width * PAST_BARS) / (PAST_BARS + COMING_BARS);
    const x = (time) => line + (time - now) * this.#pace;
    const first = now - line / this.#pace;
    this.#forget(first);

    c.clearRect(0, 0, width, height);
    c.fillStyle = this.#colours.ahead;
    c.fillRect(line, 0, width - line, height);
    const lanes = this.#more ? [...LANES, PERCUSSION] : LANES;
    const head = 16;
    const split = head + (height - head) * 0.36;
    const step = (height - split - 4) / lanes.length;
    const y = (lane) => split + 4 + step * (lane + 0.5);
    this.#drawBars(x, first, now, width, head, height);
    this.#drawLanes(lanes, y, split, width);
    this.#drawGuitar(x, now, head, split);
    this.#drawComing(x, y, step, lanes, now);
    for (const { time, voice, velocity } of this.#drums) {
      const glow = Math.max(0, 1 - (now - time) / GLOW_S);
      this.#mark(x(time), y(laneOf(voice, lanes)), step, voice, velocity, { glow });
    }
    c.fillStyle = this.#colours.accent;
    c.fillRect(line - 0.75, 0, 1.5, height);
  }

  #forget(first) {
    this.#guitar = this.#guitar.filter(({ end }) => end === null || end > first);
    this.#guitar = this.#guitar.filter(({ time, end }) => end !== null || time > first - 20);
    this.#drums = this.#drums.filter(({ time }) => time > first - 1);
  }

  #drawBars(x, first, now, width, head, height) {
    const jam = this.#jam;
    if (!jam.line) return;
    const c = this.#context;
    c.font = "11px system-ui, sans-serif";
    c.textBaseline = "middle";
    c.textAlign = "left";
    const until = now + width / this.#pace;
    const [from, number] = jam.metre_from;
    for (let beat = Math.ceil((this.#beatAt(first) - from) / jam.pulse); ; beat++) {
      const at = beat * jam.pulse;
      const time = this.#timeOf(from + at);
      if (time > until) break;
      if (from + at < 0) continue;
      const one = Math.abs(at / jam.bar_beats - Math.round(at / jam.bar_beats)) < 1e-6;
      c.fillStyle = one ? this.#colours.line : this.#colours.faint;
      c.fillRect(Math.round(x(time)), one ? 0 : head, 1, height);
      if (one) {
        c.fillStyle = this.#colours.dim;
        c.fillText(String(Math.round(at / jam.bar_beats) + number), Math.round(x(time)) + 4, head / 2 + 1);
      }
    }
  }

  #drawLanes(lanes, y, split, width) {
    const c = this.#context;
    c.fillStyle = this.#colours.line;
    c.fillRect(0, Math.round(split), width, 1);
    c.font = "11px system-ui, sans-serif";
    c.textBaseline = "middle";
    lanes.forEach(([name], lane) => {
      c.fillStyle = this.#colours.faint;
      c.fillRect(0, Math.round(y(lane)), width, 1);
      c.fillStyle = this.#colours.dim;
      c.fillText(name, 6, y(lane) - 0.5);
    });
    c.fillText("guitar", 6, split - 9);
  }

  #drawGuitar(x, now, head, split) {
    const c = this.#context;
    if (this.#guitar.length) {
      const pitches = this.#guitar.map(({ pitch }) => pitch);
      this.#low += (Math.min(40, ...pitches) - 2 - this.#low) * 0.1;
      this.#high += (Math.max(64, ...pitches) + 2 - this.#high) * 0.1;
    }
    const rise = (split - head - 8) / (this.#high - this.#low);
    const thick = Math.max(2.5, Math.min(6, rise * 1.2));
    c.fillStyle = this.#colours.guitar;
    for (const { time, end, pitch, velocity } of this.#guitar) {
      const left = x(time);
      const right = x(Math.min(end ?? now, now));
      const top = split - 4 - (pitch - this.#low) * rise;
      c.globalAlpha = 0.35 + (0.65 * velocity) / 127;
      c.beginPath();
      c.roundRect(left, top - thick / 2, Math.max(2.5, right - left), thick, thick / 2);
      c.fill();
    }
    c.globalAlpha = 1;
  }

  #drawComing(x, y, step, lanes, now) {
    const jam = this.#jam;
    const muted = jam.down?.includes("mute");
    let last = null;
    for (const [start, strokes] of this.#bars) {
      for (const [beat, voice, velocity] of strokes) {
        const time = this.#timeOf(start + beat);
        if (time < now - LATE_S) continue;
        const glow = time > now ? 0 : Math.max(0, 1 - (now - time) / GLOW_S);
        this.#mark(x(time), y(laneOf(voice, lanes)), step, voice, velocity, { hollow: muted, glow });
      }
      last = last === null || start > last ? start : last;
    }
    if (last === null || !jam.playing) return;
    const [, ...strokes] = jam.coming ?? [0];
    for (const [beat, voice, velocity] of strokes) {
      const time = this.#timeOf(last + jam.bar_beats + beat);
      this.#mark(x(time), y(laneOf(voice, lanes)), step, voice, velocity, { hollow: true });
    }
  }

  #mark(x, y, step, voice, velocity, { hollow = false, glow = 0 } = {}) {
    if (x < -20 || x > this.width + 20 || Number.isNaN(y)) return;
    const c = this.#context;
    const hard = velocity / 127;
    const wide = LONG.has(voice) ? 7 : 4;
    const tall = Math.max(4, step * (0.28 + 0.6 * hard));
    const top = y + (TOM_SHIFT[voice] ?? 0) * step - tall / 2;
    c.beginPath();
    c.roundRect(x - 1.5, top, wide, tall, 1.5);
    if (hollow) {
      c.globalAlpha = 0.45;
      c.strokeStyle = this.#colours.drums;
      c.lineWidth = 1;
      c.stroke();
    } else {
      c.globalAlpha = 0.4 + 0.6 * hard;
      c.fillStyle = glow > 0 ? this.#colours.accent : this.#colours.drums;
      c.fill();
      if (glow > 0) {
        c.globalAlpha = 0.5 * glow;
        c.beginPath();
        c.arc(x + wide / 2 - 1.5, y, step * 0.5 * (1.4 - 0.4 * glow), 0, 7);
        c.fill();
      }
    }
    c.globalAlpha = 1;
  }
}
