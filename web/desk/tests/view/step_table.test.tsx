/** Where users give up: read as what it is. */

import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { StepTable } from '../../src/insight/tables.tsx';

it('shows a step at which everybody gave up as that, with its title, and not as a success', () => {
  const step = {
    topic: 'transaction_dispute',
    title: '交易申诉',
    step: 'open_record',
    number: 1,
    step_title: '打开交易记录',
    shown: 4,
    problems: 1,
    abandoned: 1,
    left: 2,
    handed_off: 1,
  };
  const { container } = render(<StepTable steps={[step]} />);
  expect(container.textContent).toContain('打开交易记录');
  expect(container.textContent).toContain('100%');
  expect(container.querySelector('.ant-progress-status-success, .anticon-check-circle')).toBeNull();
});
