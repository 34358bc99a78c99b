/** A script or a style sheet as the text that a browser gets; inline-text.js makes it. */
declare module '*?text' {
  const text: string;
  export default text;
}
