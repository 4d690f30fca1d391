/** The agent's own: whether they take chats, sound, colours, password, leaving. */

import {
  BellOutlined,
  BulbOutlined,
  KeyOutlined,
  LaptopOutlined,
  LogoutOutlined,
  MobileOutlined,
  QuestionCircleOutlined,
  SafetyOutlined,
  SoundOutlined,
  StarOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Avatar, Badge, Dropdown, type MenuProps } from 'antd';
import { useEffect, useRef, useState, type JSX } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { notificationPermission } from '../core/alerts.ts';
import { fill, t } from '../i18n/strings.ts';
import { useAction, useDesk } from './context.ts';
import { PRESENCE_STATUS } from './labels.ts';
import { PasswordDialog } from './password_dialog.tsx';
import { PushDialog } from './push_dialog.tsx';
import { SecondFactorDialog } from './second_factor_dialog.tsx';
import { SessionsDialog } from './sessions_dialog.tsx';
import { usePresence } from './presence.ts';
import { openShortcutHelp } from './shortcut_help.tsx';

/** How many quality checks of their tickets the agent has not seen. */
function useNewReviews(): number {
  const { api } = useDesk();
  const { message } = App.useApp();
  const found = useQuery({ queryKey: ['quality', 'mine'], queryFn: api.ownReviews });
  const count = found.data?.reviews.filter(({ is_new }) => is_new).length;
  const known = useRef(count);
  useEffect(() => {
    // Of what was there when the page was opened the badge is enough.
    if (count !== undefined && known.current !== undefined && count > known.current)
      message.info(fill(t.quality.news, { count }), 8);
    known.current = count ?? known.current;
  }, [count, message]);
  return count ?? 0;
}

export function AgentMenu(): JSX.Element {
  const { agent, keeper, preferences, sounds } = useDesk();
  const { message } = App.useApp();
  const { sound, theme } = useStore(preferences.state);
  const [presence, setPresence] = usePresence();
  const [run] = useAction();
  const [, go] = useLocation();
  const [changingPassword, setChangingPassword] = useState(false);
  const [showingFactor, setShowingFactor] = useState(false);
  const [showingSessions, setShowingSessions] = useState(false);
  const [showingPush, setShowingPush] = useState(false);
  const reviews = useNewReviews();
  const [permission, setPermission] = useState(notificationPermission);

  const askPermission = async (): Promise<void> => {
    if (permission === 'denied') return void message.info(t.menu.notifications_blocked);
    await Notification.requestPermission();
    setPermission(notificationPermission());
  };
  const toggleSound = (): void => {
    preferences.setSound(!sound);
    if (sound) return;
    sounds.unlock();
    setTimeout(() => sounds.play('message'), 100);
  };
  const items: MenuProps['items'] = [
    {
      type: 'group',
      label: fill(t.menu.signed_in, { name: agent.name, role: t.roles[agent.role] }),
      children: (['online', 'away'] as const).map((status) => ({
        key: status,
        label: t.presence[status],
        icon: <Badge status={PRESENCE_STATUS[status]} />,
      })),
    },
    { type: 'divider' },
    { key: 'sound', icon: <SoundOutlined />, label: sound ? t.menu.sound_off : t.menu.sound_on },
    ...(permission === 'unsupported' || permission === 'granted'
      ? []
      : [{ key: 'notifications', icon: <BellOutlined />, label: t.menu.notifications }]),
    { key: 'push', icon: <MobileOutlined />, label: t.menu.push },
    {
      key: 'theme',
      icon: <BulbOutlined />,
      label: t.menu.theme,
      children: (['system', 'light', 'dark'] as const).map((choice) => ({
        key: `theme-${choice}`,
        label: t.themes[choice],
      })),
    },
    {
      key: 'quality',
      icon: <StarOutlined />,
      label: t.menu.quality,
      extra: reviews > 0 ? <Badge count={reviews} size="small" title={fill(t.quality.news, { count: reviews })} /> : '',
    },
    { key: 'help', icon: <QuestionCircleOutlined />, label: t.menu.shortcuts, extra: '?' },
    { key: 'password', icon: <KeyOutlined />, label: t.menu.password },
    { key: 'second_factor', icon: <SafetyOutlined />, label: t.menu.second_factor },
    { key: 'sessions', icon: <LaptopOutlined />, label: t.menu.sessions },
    { type: 'divider' },
    { key: 'leave', icon: <LogoutOutlined />, label: t.menu.leave, danger: true },
  ];
  const choose = (key: string): void => {
    switch (key) {
      case 'online':
      case 'away':
        return void setPresence(key);
      case 'sound':
        return toggleSound();
      case 'notifications':
        return void askPermission();
      case 'theme-system':
      case 'theme-light':
      case 'theme-dark':
        return preferences.setTheme(key.slice('theme-'.length) as 'system' | 'light' | 'dark');
      case 'help':
        return openShortcutHelp();
      case 'quality':
        return go('/reviews');
      case 'password':
        return setChangingPassword(true);
      case 'second_factor':
        return setShowingFactor(true);
      case 'sessions':
        return setShowingSessions(true);
      case 'push':
        return setShowingPush(true);
      case 'leave':
        return void run(() => keeper.signOut());
    }
  };
  const label = fill(t.menu.label, { name: agent.name, presence: t.presence[presence] });
  return (
    <>
      <Dropdown
        trigger={['click']}
        placement="topRight"
        menu={{ items, onClick: ({ key }) => choose(key), selectedKeys: [presence, `theme-${theme}`] }}
      >
        <button
          type="button"
          className="rail-agent"
          aria-label={
            reviews > 0 ? fill(t.menu.with_news, { label, news: fill(t.quality.news, { count: reviews }) }) : label
          }
        >
          <Badge count={reviews} size="small">
            <Badge dot status={PRESENCE_STATUS[presence]} offset={[-4, 32]} className="presence-dot">
              <Avatar icon={<UserOutlined />} />
            </Badge>
          </Badge>
          <span className="rail-text">{t.presence[presence]}</span>
        </button>
      </Dropdown>
      {changingPassword && <PasswordDialog onClose={() => setChangingPassword(false)} />}
      {showingFactor && <SecondFactorDialog onClose={() => setShowingFactor(false)} />}
      {showingPush && <PushDialog onClose={() => setShowingPush(false)} />}
      {showingSessions && <SessionsDialog onClose={() => setShowingSessions(false)} />}
    </>
  );
}
