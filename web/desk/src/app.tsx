/** The whole page: who is signed in decides what is shown. */

import { App, Button, ConfigProvider, Result, Spin, theme } from 'antd';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useCallback, useEffect, useSyncExternalStore, type JSX } from 'react';
import { useStore } from 'zustand';
import type { SessionKeeper } from './core/session.ts';
import type { ServerClock } from './core/waits.ts';
import { t } from './i18n/strings.ts';
import { SecondStepPage } from './pages/second_step.tsx';
import { SignIn } from './pages/sign_in.tsx';
import { ErrorBoundary } from './view/error_boundary.tsx';
import type { Preferences } from './view/preferences.ts';
import { SignedIn } from './view/signed_in.tsx';

dayjs.locale('zh-cn');

export interface ApplicationProps {
  keeper: SessionKeeper;
  clock: ServerClock;
  preferences: Preferences;
}

const DARK = '(prefers-color-scheme: dark)';
const STILL = '(prefers-reduced-motion: reduce)';

/** Whether the browser's settings are so, now and after they change. */
function useMedia(condition: string): boolean {
  return useSyncExternalStore(
    useCallback(
      (listener: () => void) => {
        const query = window.matchMedia(condition);
        query.addEventListener('change', listener);
        return () => query.removeEventListener('change', listener);
      },
      [condition],
    ),
    () => window.matchMedia(condition).matches,
  );
}

function useDark(preferences: Preferences): boolean {
  const choice = useStore(preferences.state, (values) => values.theme);
  const system = useMedia(DARK);
  return choice === 'system' ? system : choice === 'dark';
}

/**
 * Colours of the desk; the rest are the library's. White on the primary one, pointed at or not, and text on the page,
 * have a contrast of at least 4.5:1, which the library's own grey and red texts and lighter buttons do not reach.
 */
const COLORS = {
  light: {
    primary: '#0a7d5b',
    pointed: '#086b4e',
    text: '#0a7d5b',
    muted: '#5b6875',
    error: '#c92a2a',
    selected: '#edf8f4',
  },
  dark: {
    primary: '#17906b',
    pointed: '#0a7d5b',
    text: '#4fd3ab',
    muted: '#9aa7b3',
    error: '#ff6b6b',
    selected: '#16382d',
  },
};

/**
 * Toasts begin below a banner and the header of a conversation, however it is wrapped, and end far above the composer:
 * they cover none of the buttons there. Pixels.
 */
const TOASTS_BELOW = 144;

export function Application(props: ApplicationProps): JSX.Element {
  const isDark = useDark(props.preferences);
  const isStill = useMedia(STILL);
  useEffect(() => {
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  }, [isDark]);
  const { primary, pointed, text, muted, error, selected } = isDark ? COLORS.dark : COLORS.light;
  return (
    <ConfigProvider
      locale={zhCN}
      theme={{
        algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          colorPrimary: primary,
          colorLink: text,
          colorError: error,
          colorTextTertiary: muted,
          colorTextPlaceholder: muted,
          colorTextDescription: muted,
          controlItemBgActive: selected,
          controlItemBgActiveHover: selected,
          borderRadius: 8,
          // Without it the library waits for the ends of animations that base.css leaves out.
          motion: !isStill,
        },
        components: {
          Button: { colorPrimaryHover: pointed, defaultHoverColor: text, defaultHoverBorderColor: text },
          Dropdown: { colorPrimary: text },
          Table: { colorTextDisabled: muted },
          Tabs: { itemSelectedColor: text, itemHoverColor: text, itemActiveColor: text, inkBarColor: text },
        },
      }}
      // A space between two Chinese characters reads as a mistake.
      button={{ autoInsertSpace: false }}
    >
      <App message={{ maxCount: 3, top: TOASTS_BELOW }} notification={{ placement: 'topRight', top: TOASTS_BELOW }}>
        <ErrorBoundary>
          <Gate {...props} />
        </ErrorBoundary>
      </App>
    </ConfigProvider>
  );
}

function Gate({ keeper, clock, preferences }: ApplicationProps): JSX.Element {
  const { phase, session, reason, step, trouble } = useStore(keeper.state);
  if (phase === 'loading') return <Spin fullscreen description={t.loading} />;
  if (phase === 'unreachable') {
    return (
      <Result
        status="warning"
        title={t.errors[trouble]}
        extra={
          <Button type="primary" onClick={() => void keeper.check()}>
            {t.retry}
          </Button>
        }
      />
    );
  }
  if (phase === 'second_step' && step !== null) return <SecondStepPage key={step} keeper={keeper} step={step} />;
  if (phase === 'signed_out' || session === null) return <SignIn keeper={keeper} reason={reason} />;
  return <SignedIn key={session.agent.id} keeper={keeper} session={session} clock={clock} preferences={preferences} />;
}
