import type { Question } from './answers.ts'

interface Explanation {
  reason: string
  holds(question: Question): boolean
}

const isRange = ({ at }: Question): boolean => typeof at !== 'number'

/** Why we answer otherwise than Prometheus 2.42 where we do. What is not in here fails the test. */
const explanations: Explanation[] = [
  {
    reason:
      'predict_linear(x[d] @ t): over a range Prometheus moves the window, though @ fixes it, and contradicts what it says at each moment',
    holds: (question) => isRange(question) && /predict_linear\(.*@/.test(question.text),
  },
  {
    reason: 'timestamp(x @ t offset d): Prometheus leaves the offset out',
    holds: ({ text }) => /timestamp\([^()]*(offset[^()]*@|@.*offset)/.test(text),
  },
  {
    reason:
      'count_values by three labels: over a range Prometheus soon groups by others, and contradicts what it says at each moment',
    holds: (question) =>
      isRange(question) && /count_values/.test(question.text) && /by \([^)]*,[^)]*,/.test(question.text),
  },
  {
    reason: 'the sine of a power so large that its last bit decides everything',
    holds: ({ text }) => /\b(sin|cos|tan)\(/.test(text) && /\^|exp|sinh|cosh/.test(text),
  },
  {
    reason: 'what rounding leaves of a mean that does not change is taken for a counter that was reset',
    holds: ({ text }) =>
      /\b(rate|increase|irate|resets|changes)\(.*(avg|stddev|stdvar|quantile|sum)_over_time/.test(text),
  },
]

export const explanationOf = (question: Question): string | undefined =>
  explanations.find(({ holds }) => holds(question))?.reason

/** So near that only rounding can be the reason, where large numbers cancel each other out. */
export const roundedWithin = 1e-5
export const rounded = 'the last bits of large numbers, of which the rest cancels out'

export const undecided =
  'Prometheus answers otherwise when it is asked again: series in no order, among them equal ones'
