import fp from 'fastify-plugin'
import { type EventStreamLimits, EventStreams } from '../event-streams.ts'

/** Keeps count of the answers without an end, and ends them with the server. */
export default fp<Partial<EventStreamLimits>>(async (app, limits) => {
  const streams = new EventStreams(limits)
  app.decorate('eventStreams', streams)
  app.addHook('preClose', async () => streams.endAll())
})
