/** What the gateway refuses of a form, told at the field that it is about. */

import type { FormInstance } from 'antd';
import { ApiError } from '../core/api.ts';

/** A request that failed, and the agent reads already why: it is not told a second time. */
export class ToldError extends Error {
  override readonly name = 'ToldError';
}

/**
 * Returns a handler of a request's failure that tells it at the field of its code, and throws on.
 *
 * @param fields The name of a field by the code of a refusal.
 */
export function atField(
  form: Pick<FormInstance, 'setFields'>,
  fields: Readonly<Record<string, string>>,
): (error: unknown) => never {
  return (error) => {
    const name = error instanceof ApiError ? fields[error.code] : undefined;
    if (name === undefined) throw error;
    const { code, message } = error as ApiError;
    form.setFields([{ name, errors: [message] }]);
    throw new ToldError(code);
  };
}
