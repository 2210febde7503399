import { cpus } from 'node:os'
import { defineConfig } from 'vitest/config'

const PATIENT = { testTimeout: 60_000, hookTimeout: 60_000 }

// What compares transports on a bad network, or with what is on the wire, must not share its cores with other tests.
const NETWORK = [
  'test/e2e/impairment*.test.ts',
  'test/e2e/clients-keys.test.ts',
  'test/e2e/loss.test.ts',
  'test/e2e/statistics.test.ts',
  'test/e2e/hostile.test.ts',
  'test/engine/slow-player.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/*.test.ts', 'test/unit/**/*.test.ts', 'test/http/**/*.test.ts'],
          pool: 'forks',
          testTimeout: PATIENT.testTimeout,
          // Loading what they share took longer than the tests; what one changes it puts back.
          isolate: false,
          maxWorkers: cpus().length,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/engine/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          exclude: NETWORK,
          pool: 'forks',
          // They wait more than they compute.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          ...PATIENT,
        },
      },
      {
        test: {
          name: 'network',
          include: NETWORK,
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...PATIENT,
        },
      },
    ],
  },
})
