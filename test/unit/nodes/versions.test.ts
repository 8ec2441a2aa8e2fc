import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { Crosslink } from '../../../nodes/Crosslink/Crosslink.node';
import { CrosslinkPollTrigger } from '../../../nodes/CrosslinkPollTrigger/CrosslinkPollTrigger.node';
import { CrosslinkTrigger } from '../../../nodes/CrosslinkTrigger/CrosslinkTrigger.node';

const NODES: Array<[string, INodeType]> = [
	['Crosslink', new Crosslink()],
	['CrosslinkTrigger', new CrosslinkTrigger()],
	['CrosslinkPollTrigger', new CrosslinkPollTrigger()],
];
const folder = join(__dirname, '../../../nodes');

/** What a workflow saved with version 1 may hold: parameters with their types, and what can be chosen. Never taken out. */
const saved = JSON.parse(readFileSync(join(__dirname, 'version-1.json'), 'utf8')) as Record<string, string[]>;

type Part = INodeProperties | INodePropertyOptions | INodePropertyCollection;

/** Each parameter as `path:type`, each choice as `path=value`. */
function contractOf(parts: readonly Part[], path = '', choices = false): string[] {
	return parts.flatMap((part) => {
		if ('type' in part && part.type === 'notice') return [];
		if ('values' in part) return contractOf(part.values, `${path}${part.name}.`);
		if (!('type' in part)) return choices && 'value' in part ? [`${path.slice(0, -1)}=${String(part.value)}`] : [];
		const name = `${path}${part.name}`;
		const listed = part.type === 'options' || part.type === 'multiOptions';
		return [`${name}:${part.type}`, ...contractOf(part.options ?? [], `${name}.`, listed)];
	});
}

const contract = (node: INodeType) => [...new Set(contractOf(node.description.properties))].sort();

describe.each(NODES)('%s', (name, node) => {
	it('declares its version, as codex and output schemas do', () => {
		const versions = [node.description.version].flat();
		const newest = Math.max(...versions);
		expect(versions).toContain(1);
		const codex = JSON.parse(readFileSync(join(folder, name, `${name}.node.json`), 'utf8')) as { nodeVersion: string };
		expect(Number(codex.nodeVersion)).toBe(newest);
		for (const version of versions) {
			const [major, minor = '0'] = String(version).split('.');
			expect(existsSync(join(folder, name, '__schema__', `v${major}.${minor}.0`))).toBe(true);
		}
	});

	it('still has every parameter and choice that a workflow saved with version 1 may hold', () => {
		const now = contract(node);
		expect((saved[name] ?? []).filter((line) => !now.includes(line))).toEqual([]);
	});

	it('has all of them on that list', () => {
		expect(contract(node).filter((line) => !saved[name]?.includes(line))).toEqual([]);
	});
});
