import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Application } from './app.tsx';
import { SessionKeeper } from './core/session.ts';
import { DeskStorage } from './core/storage.ts';
import { ServerClock } from './core/waits.ts';
import { Preferences } from './view/preferences.ts';
import './styles/index.css';

const computer = new DeskStorage(null);
const clock = new ServerClock(Date.now);
const keeper = new SessionKeeper({
  fetch: (...request) => window.fetch(...request),
  storage: computer,
  onServerTime: (time) => clock.adjust(time),
  leaveFor: (address) => window.location.assign(address),
});
window.addEventListener('storage', ({ key }) => keeper.onStorageChanged(key));
void keeper.check();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Application keeper={keeper} clock={clock} preferences={new Preferences(computer)} />
    </StrictMode>,
  );
}
