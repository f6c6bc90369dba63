/** What the gateway says about the map's background. */
import { request } from './client';

export interface MapBackground {
  tiles_url: string | null;
  attribution: string;
  most_zoom: number;
}

/** @throws RequestFailed where the gateway refuses or does not answer. */
export function fetchMapBackground(): Promise<MapBackground> {
  return request<MapBackground>('/map');
}
