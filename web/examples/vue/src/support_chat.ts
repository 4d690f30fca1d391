import { defineComponent, onMounted, onUnmounted, watch, type PropType } from 'vue';
import { chat, loadChat, type ChatSettings } from '@uwallet/chat';

/** Puts the chat on the page as long as it is mounted; settings may change meanwhile. */
export const SupportChat = defineComponent({
  name: 'SupportChat',
  props: {
    gateway: { type: String, required: true },
    site: { type: String, required: true },
    settings: { type: Object as PropType<ChatSettings>, default: () => ({}) },
    /** Comes from your server, which makes the hash; absent for visitors. When the user signs out, call `chat.reset()`. */
    user: { type: Object as PropType<{ id: string; hash: string }>, default: undefined },
  },
  setup(props) {
    const vouch = (): void => {
      if (props.user) chat.setUser(props.user.id, props.user.hash);
    };
    onMounted(() => {
      loadChat({ gateway: props.gateway, site: props.site, ...props.settings });
      vouch();
    });
    watch(
      () => props.settings,
      (settings) => chat.setSettings(settings),
      { deep: true },
    );
    watch(() => props.user, vouch, { deep: true });
    onUnmounted(chat.destroy);
    return () => null;
  },
});
