/** An image's name with its tag or digest; one that has neither gets a tag. */
export function imageReference(name: string, tag = 'latest'): string {
  if (isImageId(name) || name.includes('@') || /:[^/]*$/.test(name)) return name;
  return tag.includes(':') ? `${name}@${tag}` : `${name}:${tag}`;
}

/** Whether a name is the ID of an image. */
export const isImageId = (name: string): boolean => /^sha256:[0-9a-f]{64}$/i.test(name);
