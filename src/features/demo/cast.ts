import type { MessageRow, ProjectRow } from '#features/projects/index.ts'
import type { UserRow } from '#features/users/index.ts'

const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** How somebody works; documentation addresses belong to nobody. */
export interface Habits {
  address: string
  browser: string
  /** Hours in UTC between which they work. */
  from: number
  to: number
  /** Calls on a working day. */
  calls: number
}

interface SamplePerson {
  name: string
  role: string
  state: UserRow['state']
  /** Left out for those who never logged in. */
  habits?: Habits
}

export const people: SamplePerson[] = [
  {
    name: 'demo-mara',
    role: 'operator',
    state: 'active',
    habits: {
      address: '192.0.2.14',
      browser: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
      from: 6,
      to: 15,
      calls: 60,
    },
  },
  {
    name: 'demo-noor',
    role: 'developer',
    state: 'active',
    habits: { address: '198.51.100.23', browser: `${mac} ${chrome}`, from: 8, to: 17, calls: 75 },
  },
  {
    name: 'demo-kenji',
    role: 'developer',
    state: 'active',
    habits: {
      address: '203.0.113.80',
      browser: `${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15`,
      from: 0,
      to: 9,
      calls: 40,
    },
  },
  {
    name: 'demo-ines',
    role: 'qvp',
    state: 'active',
    habits: { address: '192.0.2.61', browser: `${windows} ${chrome} Edg/142.0.0.0`, from: 9, to: 14, calls: 16 },
  },
  {
    name: 'demo-tomas',
    role: 'user',
    state: 'active',
    habits: { address: '198.51.100.7', browser: `${windows} ${chrome}`, from: 12, to: 21, calls: 28 },
  },
  {
    name: 'demo-aiko',
    role: 'viewer',
    state: 'active',
    habits: {
      address: '203.0.113.9',
      browser: 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0',
      from: 10,
      to: 12,
      calls: 8,
    },
  },
  { name: 'demo-omar', role: 'user', state: 'pending' },
  { name: 'demo-lena', role: 'user', state: 'pending' },
  { name: 'demo-pavel', role: 'user', state: 'disabled' },
]

interface SampleProject {
  name: string
  description: string
  owner: string
  status: ProjectRow['status']
  talk: [MessageRow['role'], string][]
}

export const projects: SampleProject[] = [
  {
    name: 'Support assistant',
    description: 'Answers the first question of every ticket and hands over the rest',
    owner: 'demo-noor',
    status: 'PROCESSING',
    talk: [
      ['system', 'Answer in two sentences. Hand over to a person when money is involved.'],
      ['user', 'Where is my order 20417?'],
      [
        'assistant',
        'It left our warehouse this morning and should reach you tomorrow. I have sent you the tracking link by e-mail.',
      ],
      ['user', 'I was charged twice.'],
      ['assistant', 'I am sorry about that. A colleague has your ticket now and will answer within the hour.'],
    ],
  },
  {
    name: 'Invoice extraction',
    description: 'Reads totals and dates from scanned invoices',
    owner: 'demo-noor',
    status: 'COMPLETED',
    talk: [
      ['system', 'Return JSON with the fields supplier, date, total and currency.'],
      ['user', 'Batch 7: 412 pages'],
      ['assistant', '{"pages":412,"read":409,"unreadable":3}'],
    ],
  },
  {
    name: 'Nightly summaries',
    description: 'One page each morning of what the services logged',
    owner: 'demo-mara',
    status: 'PENDING',
    talk: [
      ['user', 'Summarise yesterday for the people on call.'],
      ['assistant', 'Two restarts of the cache, no lost requests. Disk of gpu-02 is at 81 % and grows by 2 % a day.'],
    ],
  },
  {
    name: 'Speech to text, evaluation',
    description: 'Word error rate of three models on our own recordings',
    owner: 'demo-kenji',
    status: 'COMPLETED',
    talk: [
      ['user', 'Run the set of 1,200 recordings against all three.'],
      ['assistant', 'Done in 2 h 10 min: 6.1 %, 6.8 % and 9.4 % of words were wrong.'],
      ['user', 'And by accent?'],
      ['assistant', 'The gap closes for Scottish speakers: 8.0 %, 8.1 % and 9.9 %.'],
    ],
  },
  { name: 'Image captions', description: '', owner: 'demo-kenji', status: 'NONE', talk: [] },
  {
    name: 'Contract search',
    description: 'Finds the clause that was meant',
    owner: 'demo-ines',
    status: 'PROCESSING',
    talk: [
      ['user', 'Which contracts allow us to cancel within 30 days?'],
      ['assistant', 'Four do: Northwind, Alder & Sons, Tidal, and the frame contract of 2024, clause 11.'],
    ],
  },
  {
    name: 'Recipe ideas',
    description: 'Private',
    owner: 'demo-tomas',
    status: 'COMPLETED',
    talk: [
      ['user', 'Something with leeks and no oven.'],
      ['assistant', 'Leeks in butter with lentils and a soft egg; twenty minutes in one pan.'],
    ],
  },
  {
    name: 'Thesis notes',
    description: 'Outline and sources',
    owner: 'demo-tomas',
    status: 'PENDING',
    talk: [['user', 'Order my sources by year.']],
  },
]
