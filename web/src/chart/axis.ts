/** Words along the time axis, in the site's time zone. */
import { siteParts } from '../text/format';

const DAY_S = 86_400;

/** Return the label of each split (epoch seconds): time, with the date where a day begins. */
export function timeLabels(splits_s: readonly number[], step_s: number): string[] {
  let shownDay = '';
  return splits_s.map((at_s) => {
    const { day, month, hour, minute, second } = siteParts(at_s * 1_000);
    const date = `${day}/${month}`;
    if (step_s >= DAY_S) return date;
    const time = step_s < 60 ? `${hour}:${minute}:${second}` : `${hour}:${minute}`;
    if (date === shownDay) return time;
    shownDay = date;
    return `${time}\n${date}`;
  });
}
