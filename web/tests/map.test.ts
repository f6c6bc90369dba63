import { describe, expect, it } from 'vitest';
import { boxAround, degreeLabel, gridLines, gridStep } from '../src/domain/graticule';
import { writable } from '../src/domain/map_labels';
import { bearings, cameraPlaces, isPlaced, stationPlaces } from '../src/parts/view/places';
import { vi } from '../src/text/vi';
import { alarm, camera, securityEvent, station } from './samples';

describe('the grid of coordinates', () => {
  it('has a handful of lines at every zoom', () => {
    for (const span of [0.002, 0.03, 0.4, 7, 60]) {
      const lines = gridLines(11, 11 + span, gridStep(span));
      expect(lines.length).toBeGreaterThanOrEqual(2);
      expect(lines.length).toBeLessThanOrEqual(7);
    }
  });

  it('names degrees as its readers write them', () => {
    expect(degreeLabel(11.58, 0.01, 'vi', 'B', 'N')).toBe('11,58° B');
    expect(degreeLabel(-0.5, 0.1, 'en', 'N', 'S')).toBe('0.5° S');
    expect(degreeLabel(109, 1, 'vi', 'Đ', 'T')).toBe('109° Đ');
  });

  it('frames all points with room around a single one', () => {
    expect(boxAround([])).toBeNull();
    const box = boxAround([{ lat: 11.5, lon: 109 }]);
    expect(box && box.north - box.south).toBeCloseTo(0.004);
  });
});

describe('names on the map', () => {
  const pin = { x: 0, y: 0, width: 100, height: 40 };

  it('are written where they stay apart, those in trouble first', () => {
    const pins = [
      { ...pin, id: 'calm', rank: 1 },
      { ...pin, id: 'alarm', rank: 3, x: 50, y: 10 },
      { ...pin, id: 'far', rank: 0, x: 200 },
    ];
    expect([...writable(pins)].sort()).toEqual(['alarm', 'far']);
  });
});

describe('places', () => {
  it('show the gravest alarm of a station, and nothing without a link', () => {
    const stations = [station()];
    const [known] = stationPlaces(stations, [alarm()], true, 'vi', vi);
    expect(known?.mark.word).toBe('vượt ngưỡng');
    const [unknown] = stationPlaces(stations, [alarm()], false, 'vi', vi);
    expect(unknown?.mark.word).toBe('Chưa rõ');
  });

  it('are listed without a position too', () => {
    const places = stationPlaces([station({ lat: null, lon: null })], [], true, 'vi', vi);
    expect(places).toHaveLength(1);
    expect(places.filter(isPlaced)).toHaveLength(0);
    expect(cameraPlaces([camera()], true, 'vi', vi).filter(isPlaced)).toHaveLength(1);
  });

  it('draw a bearing to where the object stands, or its direction alone', () => {
    const north = securityEvent({ bearing_deg: 0, distance_m: 111.32, lat: null, lon: null });
    const [line] = bearings([north], [camera({ lat: 11, lon: 109 })], 'vi', vi);
    expect(line?.toLat).toBeCloseTo(11.001, 6);
    expect(line?.toLon).toBeCloseTo(109, 9);
    const placed = securityEvent({ bearing_deg: 0, lat: 11.5, lon: 109.5 });
    expect(bearings([placed], [camera()], 'vi', vi)[0]).toMatchObject({ toLat: 11.5, toLon: 109.5 });
    expect(bearings([securityEvent({ bearing_deg: null })], [camera()], 'vi', vi)).toEqual([]);
  });
});
