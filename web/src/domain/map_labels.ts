/** Which names on a map may be written out without covering one another. */

export interface Pin {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** The higher the sooner written. */
  rank: number;
}

/** Return the ids of the pins whose boxes (from x, y to the right and around y) stay apart. */
export function writable(pins: readonly Pin[]): Set<string> {
  const written: Pin[] = [];
  const order = [...pins].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
  for (const pin of order) {
    if (written.every((other) => !overlap(pin, other))) written.push(pin);
  }
  return new Set(written.map((pin) => pin.id));
}

function overlap(a: Pin, b: Pin): boolean {
  const apartX = a.x + a.width < b.x || b.x + b.width < a.x;
  const apartY = Math.abs(a.y - b.y) > (a.height + b.height) / 2;
  return !apartX && !apartY;
}
