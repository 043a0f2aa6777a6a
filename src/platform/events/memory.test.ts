import { eventsConformance } from './conformance.ts'
import { memoryEvents } from './memory.ts'

eventsConformance('memory', async () => {
  const errors: unknown[] = []
  return { events: memoryEvents({ onError: (error) => errors.push(error) }), errors }
})
