import { AppError } from '../lib/errors.ts'
import { type Problem, sentence, showPlace } from './problem.ts'

/** CONFIG_INVALID with one problem a line; in `problems` by directive where the API has set it, else by place. */
export function invalidConfig(problems: readonly Problem[]): AppError {
  return new AppError('CONFIG_INVALID', problems.map(({ text }) => text).join('\n'), {
    problems: problems.map(each => ({ where: each.directive ?? showPlace(each), what: sentence(each) })),
  })
}
