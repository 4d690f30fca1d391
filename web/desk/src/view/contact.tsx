/** Where the user can be reached, to be called or copied. */

import { Typography } from 'antd';
import type { JSX } from 'react';
import { contactAddress } from './labels.ts';

export function Contact({ contact }: { contact: string }): JSX.Element {
  const address = contactAddress(contact);
  return (
    <Typography.Text className="contact" copyable={{ text: contact }}>
      {address === null ? contact : <a href={address}>{contact}</a>}
    </Typography.Text>
  );
}
