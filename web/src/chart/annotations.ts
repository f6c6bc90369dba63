/** What is drawn on a chart besides the line: limits, and stretches without measurement. */
import type uPlot from 'uplot';
import type { Limit, MeasurementState } from '../api/contract';
import type { Span } from './series';

export interface Palette {
  ink: string;
  ink2: string;
  line: string;
  accent: string;
  band: string;
  warn: string;
  limit: string;
  muted: string;
  /** The compared period; it is dashed as well. */
  then: string;
  surface: string;
  font: string;
}

/** States that hide a failure are hatched; planned ones are plain. */
export const HATCHED: ReadonlySet<MeasurementState> = new Set(['fault', 'comms_lost', 'stopped']);

/** Return the colours and the type of the page, as the canvas needs them. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const accent = colour('accent');
  return {
    ink: colour('ink'),
    ink2: colour('ink-2'),
    line: colour('line'),
    accent,
    band: `${accent}44`,
    warn: colour('warn'),
    limit: colour('limit'),
    muted: colour('muted'),
    then: colour('warn'),
    surface: colour('surface'),
    font: style.fontFamily,
  };
}

/** Shade the stretches in which the channel did not measure, each with its word if it fits. */
export function drawSpans(
  u: uPlot,
  spans: readonly Span[],
  words: Record<MeasurementState, string>,
  palette: Palette,
): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = fontOf(palette, 0.8125);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  for (const span of spans) {
    const left = Math.max(bbox.left, u.valToPos(span.fromMs / 1_000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(span.toMs / 1_000, 'x', true));
    if (right <= left) continue;
    const width = Math.max(right - left, 2);
    const colour = HATCHED.has(span.state) ? palette.limit : palette.accent;
    ctx.fillStyle = colour;
    ctx.globalAlpha = 0.12;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.globalAlpha = 0.35;
    if (HATCHED.has(span.state)) hatch(ctx, left, bbox.top, width, bbox.height, colour);
    ctx.globalAlpha = 1;
    const word = words[span.state];
    const pad = 4 * devicePixelRatio;
    const room = ctx.measureText(word).width + 2 * pad;
    if (room <= width) ctx.fillText(word, left + pad, bbox.top + pad);
    else if (width >= 6 * pad && room <= bbox.height) fillUpright(ctx, word, left + width / 2, bbox.top + pad);
  }
  ctx.restore();
}

/** Write `word` turned by a quarter, reading downwards from (`x`, `top`). */
function fillUpright(ctx: CanvasRenderingContext2D, word: string, x: number, top: number): void {
  ctx.save();
  ctx.translate(x, top);
  ctx.rotate(Math.PI / 2);
  ctx.textBaseline = 'middle';
  ctx.fillText(word, 0, 0);
  ctx.restore();
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  colour: string,
): void {
  const step = 8 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  // Anchored to the page, not to the stretch, so that the hatch stands still while time passes.
  for (let x = Math.floor((left - height) / step) * step; x < left + width; x += step) {
    ctx.moveTo(x, top + height);
    ctx.lineTo(x + height, top);
  }
  ctx.stroke();
  ctx.restore();
}

/** Draw the limit lines; one outside the picture is named at its edge with an arrow. */
export function drawLimits(
  u: uPlot,
  limits: readonly Limit[],
  label: (limit: Limit) => string,
  palette: Palette,
): void {
  const { ctx, bbox } = u;
  const min = u.scales['y']?.min ?? 0;
  const max = u.scales['y']?.max ?? 1;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = fontOf(palette, 0.8125, 600);
  // At the old end: the newest readings, at the other one, must stay uncovered.
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  let edgeLine = 0;
  for (const limit of limits) {
    const outside = limit.value > max ? 1 : limit.value < min ? -1 : 0;
    const colour = limit.level === 'limit' ? palette.limit : palette.warn;
    const left = bbox.left + 6 * ratio;
    let y: number;
    if (outside === 0) {
      y = u.valToPos(limit.value, 'y', true);
      ctx.strokeStyle = colour;
      ctx.lineWidth = (limit.level === 'limit' ? 2 : 1.5) * ratio;
      ctx.setLineDash(limit.level === 'limit' ? [] : [7 * ratio, 5 * ratio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      y -= 3 * ratio;
    } else {
      const line = 18 * ratio * ++edgeLine;
      y = outside > 0 ? bbox.top + line : bbox.top + bbox.height - line + 12 * ratio;
    }
    const words = `${outside === 0 ? '' : outside > 0 ? '↑ ' : '↓ '}${label(limit)}`;
    ctx.setLineDash([]);
    ctx.lineWidth = 4 * ratio;
    ctx.strokeStyle = palette.surface;
    ctx.strokeText(words, left, y);
    ctx.fillStyle = colour;
    ctx.fillText(words, left, y);
  }
  ctx.restore();
}

/** Return a canvas font of `rem` times the page's type size. */
export function fontOf(palette: Palette, rem: number, weight = 400): string {
  const root_px = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return `${weight} ${Math.round(root_px * rem * devicePixelRatio)}px ${palette.font}`;
}
