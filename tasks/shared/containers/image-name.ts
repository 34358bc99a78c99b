/** An image's name with its tag or digest; one that has neither gets a tag. */
export function imageReference(name: string, tag = 'latest'): string {
  if (isImageId(name) || name.includes('@') || /:[^/]*$/.test(name)) return name;
  return tag.includes(':') ? `${name}@${tag}` : `${name}:${tag}`;
}

/** Whether a name is the ID of an image. */
export const isImageId = (name: string): boolean => /^sha256:[0-9a-f]{64}$/i.test(name);

/** The start of an image's ID, as clients show it. */
export const shortImageId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);
