/** Where an event was: metres around the mast, the rose, and the words. */
import { describe, expect, it } from 'vitest';
import { bearingOf, compassEighth, distanceOf, polar, toGround } from '../src/domain/ground';
import { drawRose, placeOf, ringStep, ROSE_RADIUS } from '../src/domain/rose';
import { WHOLE, zoomOnto } from '../src/domain/zoom';
import { coordinates, placeWords } from '../src/text/desk';
import { camera, securityEvent } from './samples';

const MAST = { lat: 11.58, lon: 108.99 };

describe('the ground', () => {
  it('is measured on the ellipsoid: a minute of latitude near 11.6° is 1843 m', () => {
    expect(toGround(MAST.lat + 1 / 60, MAST.lon, MAST).north_m).toBeCloseTo(1843.6, 0);
    expect(toGround(MAST.lat, MAST.lon + 1 / 60, MAST).east_m).toBeCloseTo(1817.7, 0);
  });
  it('knows every direction', () => {
    for (const bearing of [0, 45, 133.7, 180, 270, 359]) {
      const point = polar(bearing, 80);
      expect(bearingOf(point)).toBeCloseTo(bearing, 6);
      expect(distanceOf(point)).toBeCloseTo(80, 6);
    }
  });
  it('goes on across the date line', () => {
    expect(toGround(0, -179.9999, { lat: 0, lon: 179.9999 }).east_m).toBeCloseTo(22.26, 1);
  });
  it('has eight words', () => {
    expect([0, 22, 23, 90, 315, 338, 360].map(compassEighth)).toEqual([0, 0, 1, 2, 7, 0, 0]);
  });
});

describe('the rose', () => {
  const rule = {
    id: 'dot-nhap',
    kind: 'intrusion',
    zone: 'cong',
    name_vi: '',
    name_en: '',
    ground: [
      [11.5804, 108.99],
      [11.5804, 108.9904],
      [11.58, 108.9904],
    ] as [number, number][],
  };

  it('has north up and east to the right', () => {
    const north = drawRose(camera(), securityEvent({ bearing_deg: 0, distance_m: 40 }), []).here;
    expect(north?.x).toBeCloseTo(0);
    expect(north?.y).toBeLessThan(0);
    const east = drawRose(camera(), securityEvent({ bearing_deg: 90, distance_m: 40 }), []).here;
    expect(east?.x).toBeGreaterThan(0);
    expect(east?.y).toBeCloseTo(0);
  });
  it('reaches beyond the event and every zone, in round rings', () => {
    const rose = drawRose(camera({ rules: [rule] }), securityEvent({ bearing_deg: 45, distance_m: 70 }), []);
    expect(rose.rings.map((ring) => ring.distance_m)).toEqual([20, 40, 60, 80]);
    expect(Math.hypot(rose.here!.x, rose.here!.y)).toBeCloseTo((70 / 80) * ROSE_RADIUS);
    expect(rose.zones).toMatchObject([{ rule: 'dot-nhap', isChosen: true }]);
    const points = rose.zones[0]!.points.split(' ').map((pair) => pair.split(',').map(Number));
    expect(points).toHaveLength(3);
    for (const [x, y] of points) expect(Math.hypot(x!, y!)).toBeLessThanOrEqual(ROSE_RADIUS);
  });
  it('shows a direction without a distance as a ray', () => {
    const rose = drawRose(camera(), securityEvent({ distance_m: null, lat: null, lon: null }), []);
    expect(rose.here).toBeNull();
    expect(Math.hypot(rose.ray!.x, rose.ray!.y)).toBeCloseTo(ROSE_RADIUS);
  });
  it('marks the other events, but not the event itself nor what lies far outside', () => {
    const event = securityEvent();
    const near = securityEvent({ id: 'near-0001', distance_m: 20 });
    const far = securityEvent({ id: 'far-00001', distance_m: 4000 });
    expect(drawRose(camera(), event, [event, near, far]).marks.map((mark) => mark.id)).toEqual(['near-0001']);
  });
  it('takes its size from the events where nothing else gives one, and has one even without any', () => {
    const far = securityEvent({ distance_m: 400 });
    expect(drawRose(camera(), null, [far]).marks).toHaveLength(1);
    expect(drawRose(null, null, []).rings.length).toBeGreaterThan(1);
  });
  it('finds a place by latitude and longitude where bearing and distance are missing', () => {
    const event = securityEvent({ bearing_deg: null, distance_m: null, lat: 11.581, lon: 108.99 });
    expect(placeOf(event, MAST)?.north_m).toBeCloseTo(110.6, 0);
    expect(placeOf(event, null)).toBeNull();
  });
  it('has rings of 1, 2, 2.5 or 5 times a power of ten, at most four', () => {
    expect([1, 5, 40, 41, 99, 100, 101, 850].map(ringStep)).toEqual([0.25, 2, 10, 20, 25, 25, 50, 250]);
  });
});

describe('words of a place', () => {
  it('name direction and distance in both languages', () => {
    const event = securityEvent({ bearing_deg: 36.4, distance_m: 43.2 });
    expect(placeWords(event, 'vi')).toBe('Đông Bắc 36°, cách 43 m');
    expect(placeWords(event, 'en')).toBe('north-east 36°, 43 m away');
  });
  it('never say 360°', () => {
    expect(placeWords({ bearing_deg: 359.7, distance_m: null }, 'vi')).toBe('Bắc 0°');
  });
  it('are absent where nothing is known', () => {
    expect(placeWords({ bearing_deg: null, distance_m: 5 }, 'vi')).toBeNull();
    expect(coordinates({ lat: null, lon: 1 })).toBeNull();
    expect(coordinates({ lat: 11.58, lon: 108.99 })).toBe('11.580000, 108.990000');
  });
});

describe('enlarging', () => {
  const square = { picture: 1, frame: 1 };
  it('shows the whole picture where nothing is marked', () => {
    expect(zoomOnto(null, square, 0.4, 10)).toEqual(WHOLE);
    expect(zoomOnto([0.5, 0.5, 0.5, 0.5], square, 0.4, 10)).toEqual(WHOLE);
  });
  it('puts the box in the middle at the wanted size', () => {
    const place = zoomOnto([0.45, 0.4, 0.55, 0.6], square, 0.4, 10);
    expect(place.width).toBeCloseTo(2);
    expect(place.left + 0.5 * place.width).toBeCloseTo(0.5);
    expect(place.top + 0.5 * place.height).toBeCloseTo(0.5);
  });
  it('keeps the frame covered at the edges, and does not enlarge without end', () => {
    const place = zoomOnto([0, 0.99, 0.001, 1], square, 0.4, 10);
    expect(place).toMatchObject({ width: 10, left: 0 });
    expect(place.top).toBeCloseTo(-9);
  });
  it('keeps the shape of the picture in a frame of another shape', () => {
    const place = zoomOnto([0.4, 0.4, 0.6, 0.6], { picture: 1, frame: 4 / 3 }, 0.4, 10);
    expect((place.width * 4) / 3 / place.height).toBeCloseTo(1);
    expect(place.top + place.height).toBeGreaterThanOrEqual(1);
  });
});
