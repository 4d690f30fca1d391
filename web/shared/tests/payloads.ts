/** Checks what the mock server sends against the JSON schema of the gateway's models, which `make protocol` writes. */

import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import schema from './protocol.schema.json' with { type: 'json' };

type Definition = Record<string, unknown>;

/** No model sends fields that it does not name; generated types say so, too. */
function closed(definition: Definition): Definition {
  const isModel = definition.type === 'object' && definition.properties !== undefined;
  return isModel && definition.additionalProperties === undefined
    ? { ...definition, additionalProperties: false }
    : definition;
}

const definitions = Object.fromEntries(
  Object.entries(schema.$defs as Record<string, Definition>).map(([name, definition]) => [name, closed(definition)]),
);
// Formats, such as that of dates, are not in the scope of the mock.
const ajv = new Ajv({ unknownFormats: 'ignore', allErrors: true });
ajv.addSchema({ $id: 'protocol', $defs: definitions });
const compiled = new Map<string, ValidateFunction>();

/** A payload that the gateway would not send; the message says which and why. */
export class PayloadError extends Error {}

function check(pointer: string, name: string, data: unknown): void {
  let validate = compiled.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `protocol#/$defs/${pointer}` });
    compiled.set(pointer, validate);
  }
  // As it goes over the wire.
  if (validate(data === undefined ? null : JSON.parse(JSON.stringify(data)))) return;
  const reasons = (validate.errors ?? []).map(
    ({ dataPath, message, params }: ErrorObject) => `${dataPath || '(whole)'} ${message} ${JSON.stringify(params)}`,
  );
  throw new PayloadError(`${name} does not fit the protocol: ${reasons.join('; ')}`);
}

/** Throws a PayloadError unless the data are a model of the protocol, such as `MessagePage`, or a list of them (`Agent[]`). */
export function checkModel(model: string, data: unknown): void {
  if (!model.endsWith('[]')) return check(model, model, data);
  if (!Array.isArray(data)) throw new PayloadError(`${model} does not fit the protocol: no list`);
  for (const item of data) check(model.slice(0, -2), model, item);
}

/** Throws a PayloadError unless the gateway sends such an event with such data. */
export function checkEvent(side: 'WidgetEvents' | 'DeskEvents', name: string, data: unknown): void {
  const events = definitions[side]?.properties as Definition | undefined;
  if (!events || !(name in events)) throw new PayloadError(`the protocol has no event ${name} (${side})`);
  check(`${side}/properties/${name}`, name, data);
}
