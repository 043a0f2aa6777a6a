import { slotsConformance } from './conformance.ts'
import { memorySlots } from './memory.ts'

slotsConformance('memory', async () => memorySlots())
