import { statfs } from 'node:fs/promises';

import { DISK_FULL_REMEDY, Problem } from './problem';

const GIB = 1024 ** 3;

/** Throws a {@link Problem} when the disk under `folder` has less than `bytes` free. The folder must exist. */
export async function requireSpace(folder: string, bytes: number, purpose: string): Promise<void> {
	const { bavail, bsize } = await statfs(folder);
	const free = bavail * bsize;
	if (free >= bytes) return;
	const [needs, has] = [bytes, free].map((each) => `${(each / GIB).toFixed(1)} GB`);
	throw new Problem(`${purpose} needs ${needs} in ${folder}, which has ${has} free.`, DISK_FULL_REMEDY);
}
