/** How to enlarge a picture so that a small object in it can be seen. */

/** Size and place of the picture, in shares of the frame's width and height. */
export interface Placement {
  width: number;
  height: number;
  left: number;
  top: number;
}

export const WHOLE: Placement = { width: 1, height: 1, left: 0, top: 0 };

/**
 * Return where the picture goes so that `box` (shares of the picture) fills about `share` of
 * the frame, and the frame stays covered by the picture.
 *
 * @param aspect width over height, of the picture and of the frame.
 * @param most the picture is never larger than this many times the frame.
 */
export function zoomOnto(
  box: readonly [number, number, number, number] | null,
  aspect: { picture: number; frame: number },
  share: number,
  most: number,
): Placement {
  const tall = aspect.frame / aspect.picture;
  const fit = tall >= 1 ? { x: 1, y: tall } : { x: 1 / tall, y: 1 };
  const [x1, y1, x2, y2] = box ?? [0, 0, 1, 1];
  const size = Math.max((x2 - x1) * fit.x, (y2 - y1) * fit.y);
  const scale = box === null || !(size > 0) ? 1 : Math.min(most, Math.max(1, share / size));
  const [width, height] = [fit.x * scale, fit.y * scale];
  const place = (centre: number, length: number): number =>
    Math.min(0, Math.max(1 - length, 0.5 - centre * length));
  return { width, height, left: place((x1 + x2) / 2, width), top: place((y1 + y2) / 2, height) };
}
