/** ChatUI is written for React; Preact's compatible layer is a tenth of its size. The more specific come first. */
export const aliases = {
  'react/jsx-runtime': 'preact/jsx-runtime',
  'react-dom': 'preact/compat',
  react: 'preact/compat',
};
