import { createApp, defineComponent, h, onMounted, onUnmounted, ref } from 'vue';
import { chat } from '@uwallet/chat';
import texts from './texts.json';
import { SupportChat } from './support_chat.ts';

// A single-file component works the same; written so, the example needs no compiler.
const Page = defineComponent({
  setup() {
    const unread = ref(0);
    let end = (): void => undefined;
    onMounted(() => {
      end = chat.on('unread', (count) => (unread.value = count));
    });
    onUnmounted(() => end());
    return () =>
      h('main', [
        h('h1', texts.title),
        h('p', texts.lead),
        h('p', h('button', { type: 'button', onClick: chat.open }, texts.contact)),
        h('p', [texts.unread, h('b', unread.value)]),
        h('p', h('a', { href: '/demo' }, texts.back)),
        h(SupportChat, { gateway: location.origin, site: 'demo' }),
      ]);
  },
});

createApp(Page).mount('#root');
