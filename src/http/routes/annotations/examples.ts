export const ANNOTATION_EXAMPLE = {
  at: '2026-11-21T09:12:03Z',
  author: 'Studio',
  id: 5,
  player: 'live_1',
  text: 'Second camera, other modem',
  until: null,
}
