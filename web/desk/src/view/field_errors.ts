/** What the gateway refuses of a form, told at the field that it is about. */

import type { FormInstance } from 'antd';
import { ApiError } from '../core/api.ts';

/**
 * Returns a handler of a request's failure that marks the field of its code, and throws it again.
 *
 * @param fields The name of a field by the code of a refusal.
 */
export function atField(
  form: Pick<FormInstance, 'setFields'>,
  fields: Readonly<Record<string, string>>,
): (error: unknown) => never {
  return (error) => {
    const name = error instanceof ApiError ? fields[error.code] : undefined;
    if (name !== undefined) form.setFields([{ name, errors: [(error as ApiError).message] }]);
    throw error;
  };
}
