import { type Place, type Problem, problem } from './problem.ts'

/** What is found on the way from a text to a configuration. */
export interface Report {
  readonly problems: Problem[]
  readonly warnings: Problem[]
}

export function fail(report: Report, place: Place, what: string, hint = ''): void {
  report.problems.push(problem(place, what, hint))
}

export function warn(report: Report, place: Place, what: string, hint = ''): void {
  report.warnings.push(problem(place, what, hint))
}
