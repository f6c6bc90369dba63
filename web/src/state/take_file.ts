/** Files that the browser keeps: fetched first, so that a refusal can be told in words. */
import { requestFile } from '../api/client';

/** A week of raw values or a long list takes the gateway a while. */
const FILE_TIMEOUT_MS = 120_000;

/**
 * Fetch a file of the API and hand it to the browser; return the name that it got.
 *
 * @throws RequestFailed where the gateway refuses, does not answer or breaks off.
 */
export async function takeFile(path: string, fallbackName: string): Promise<string> {
  const { data, name } = await requestFile(path, {}, FILE_TIMEOUT_MS, fallbackName);
  keepFile(data, name);
  return name;
}

/** Let the browser keep `data` under `name`. */
export function keepFile(data: Blob, name: string): void {
  const url = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the address once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
