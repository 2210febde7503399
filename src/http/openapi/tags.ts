/** The groups of the route table, in the order in which the reference shows them. */
export const TAGS: Readonly<Record<string, string>> = {
  'Stream IDs': 'Who may publish and play: pairs of a publisher and a player stream ID, and what each may.',
  'Play tokens': 'Short-lived tokens that stand for the stream ID of a player.',
  Statistics: 'The live numbers of one stream, as streaming software reads them.',
  Preview: 'The picture and the sound of a live stream over HTTP, for a look at it.',
  Sessions: 'Who is connected, who was refused and why, and how to end it.',
  Events: 'What happened: as it happens, and what was missed.',
  Webhooks: 'Programs elsewhere that are told what happens, with signed calls.',
  Analytics: 'How streams were, who was connected when, and what everybody may know of it.',
  'API keys': 'Who may use this API, and for what.',
  Configuration: 'The directives in force, and those that can change while the server runs.',
  Logs: 'Who asked for what, and who changed what.',
  Server: 'How the server is, for people and for programs.',
}
