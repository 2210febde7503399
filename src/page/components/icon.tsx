/** Strokes of 24 × 24 pictures. */
const PATHS = {
  streams:
    'M5 8.5a9 9 0 0 0 0 7M19 8.5a9 9 0 0 1 0 7M8.2 10.2a4.5 4.5 0 0 0 0 3.6M15.8 10.2a4.5 4.5 0 0 1 0 3.6M12 12h.01',
  refusals: 'M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6zM9.5 9.5l5 5M14.5 9.5l-5 5',
  keys: 'M14.5 9.5a4 4 0 1 1-3.9-4.9 4 4 0 0 1 3.9 4.9zM13.5 11.5L20 18v2h-3v-2h-2v-2l-2.2-2.2',
  webhooks: 'M9 8a3 3 0 1 1 4.6 2.5L16 15M15 16a3 3 0 1 1-.2 2H9.5M8 15.2a3 3 0 1 0 1.4 3M9.3 14L12 9.5',
  alerts: 'M6 16v-5a6 6 0 1 1 12 0v5l1.5 2h-15zM10 20.5a2.2 2.2 0 0 0 4 0',
  log: 'M6 4h9l3 3v13H6zM9 10h6M9 13.5h6M9 17h3.5',
  config: 'M5 7h8M17 7h2M5 12h2M11 12h8M5 17h7M16 17h3M15 5v4M9 10v4M14 15v4',
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.3 15.3L20 20',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  alert: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.1',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z',
  'eye-off':
    'M4 4l16 16M9.5 5.9c.8-.3 1.6-.4 2.5-.4 6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.7 3.4M6.3 7.7A15.5 15.5 0 0 0 2.5 12S6 18.5 12 18.5c1.6 0 3-.5 4.3-1.2',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z',
  auto: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 4v16',
  exit: 'M14 4h5v16h-5M4 12h10M10.5 8L14.5 12l-4 4',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  next: 'M9.5 5.5L16 12l-6.5 6.5',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  play: 'M8 5.5v13l10.5-6.5z',
  stop: 'M7 7h10v10H7z',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM17.5 17.5H20V20h-2.5zM14 20v-1M20 14v1',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 1 1 7 0v3',
  users:
    'M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19.5c.3-3.5 2.7-5.5 6-5.5s5.7 2 6 5.5M16 11a3 3 0 0 0 0-6M17.5 14.3c2 .7 3.3 2.5 3.5 5.2',
  refresh: 'M19 12a7 7 0 1 1-2-4.9M19 4v4h-4',
  book: 'M5 5.5c2.5-1 4.8-1 7 .5 2.2-1.5 4.5-1.5 7-.5V19c-2.5-1-4.8-1-7 .5-2.2-1.5-4.5-1.5-7-.5zM12 6v13.5',
} as const

export type IconName = keyof typeof PATHS

/** A picture beside a word, or inside something that has a label of its own. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
