import { deflateSync, inflateSync, crc32 } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 256;
/** Bytes per pixel by PNG colour type: RGB and RGBA are what a browser writes. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/**
 * The same picture with at most 256 colours, which is what a screen of an editor has, apart from the edges of letters: a
 * third of the bytes a browser writes.
 * @see https://www.w3.org/TR/png-3/
 */
export function smallPng(png: Buffer): Buffer {
	const { width, height, pixels } = decode(png);
	const palette = mostUsed(pixels);
	const rows = Buffer.alloc(height * (width + 1));
	const known = new Map(palette.map((colour, index) => [colour, index]));
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const colour = pixels[y * width + x] ?? 0;
			const index = known.get(colour) ?? nearest(palette, colour);
			known.set(colour, index);
			rows[y * (width + 1) + 1 + x] = index;
		}
	}
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	// Eight bits, a palette, and the only compression, filter and order there is.
	header.set([8, 3, 0, 0, 0], 8);
	const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
	return Buffer.concat([
		SIGNATURE,
		chunk('IHDR', header),
		chunk('PLTE', colours),
		chunk('IDAT', deflateSync(rows, { level: 9 })),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
	const width = png.readUInt32BE(16);
	const height = png.readUInt32BE(20);
	const channels = CHANNELS[png.readUInt8(25)];
	if (channels === undefined || png.readUInt8(24) !== 8 || png.readUInt8(28) !== 0) {
		throw new Error('Only pictures as a browser takes them can be made smaller.');
	}
	const data: Buffer[] = [];
	for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
		if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
			data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
	}
	const bytes = unfiltered(inflateSync(Buffer.concat(data)), width * channels, height, channels);
	const pixels = new Uint32Array(width * height);
	for (let index = 0; index < pixels.length; index++) pixels[index] = bytes.readUIntBE(index * channels, 3);
	return { width, height, pixels };
}

function unfiltered(raw: Buffer, stride: number, height: number, step: number): Buffer {
	const bytes = Buffer.alloc(stride * height);
	for (let y = 0; y < height; y++) {
		const filter = raw[y * (stride + 1)];
		for (let x = 0; x < stride; x++) {
			const at = y * stride + x;
			const left = x < step ? 0 : (bytes[at - step] ?? 0);
			const up = y === 0 ? 0 : (bytes[at - stride] ?? 0);
			const corner = x < step || y === 0 ? 0 : (bytes[at - stride - step] ?? 0);
			const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
			bytes[at] = (raw[y * (stride + 1) + 1 + x] ?? 0) + (guesses[filter ?? 0] ?? 0);
		}
	}
	return bytes;
}

function paeth(left: number, up: number, corner: number): number {
	const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
	if (toLeft <= toUp && toLeft <= toCorner) return left;
	return toUp <= toCorner ? up : corner;
}

function mostUsed(pixels: Uint32Array): number[] {
	const uses = new Map<number, number>();
	for (const colour of pixels) uses.set(colour, (uses.get(colour) ?? 0) + 1);
	const sorted = [...uses].sort(([, left], [, right]) => right - left);
	return sorted.slice(0, COLOURS).map(([colour]) => colour);
}

function nearest(palette: readonly number[], colour: number): number {
	const distances = palette.map((other) => {
		const [red, green, blue] = [
			(other >> 16) - (colour >> 16),
			((other >> 8) & 255) - ((colour >> 8) & 255),
			(other & 255) - (colour & 255),
		];
		return red * red + green * green + blue * blue;
	});
	return distances.indexOf(Math.min(...distances));
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
	length.writeUInt32BE(data.length);
	check.writeUInt32BE(crc32(body));
	return Buffer.concat([length, body, check]);
}
