import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseFlattened } from '../../../quickstart/flattened';
import type { SavedWorkflow, WorkflowFile } from '../../../quickstart/n8n-api';
import { errorOf, itemsOf } from '../../../quickstart/run-data';
import { webhookUrl, withSettings } from '../../../quickstart/templates';

const FOLDER = join(__dirname, '../../../workflows-templates');
const templates = readdirSync(FOLDER).map(
	(file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as WorkflowFile,
);

it('puts the Tracker’s address wherever a template asks for it, and leaves the template alone', () => {
	const before = JSON.stringify(templates);
	const asking = templates.filter((template) => JSON.stringify(template).includes('"trackerUrl"'));
	expect(asking.length).toBeGreaterThan(0);
	for (const template of asking) {
		const text = JSON.stringify(withSettings(template, { trackerUrl: 'http://127.0.0.1:1' }));
		expect(text).toContain('"name":"trackerUrl","value":"http://127.0.0.1:1"');
	}
	expect(JSON.stringify(templates)).toBe(before);
});

it('names the production URL of a webhook as n8n does', () => {
	const node = { id: 'a', name: 'A', typeVersion: 1, position: [0, 0] as [number, number], webhookId: 'w-1' };
	const workflow = {
		...{ id: 'x', versionId: 'v', active: true, name: 'W', connections: {} },
		nodes: [
			{ ...node, type: 'pack.trigger', parameters: {} },
			{ ...node, type: 'n8n-nodes-base.webhook', parameters: { path: 'mine' } },
		],
	} satisfies SavedWorkflow;
	const own = { name: 'pack.trigger', webhooks: [{ name: 'default', path: 'webhook', httpMethod: 'POST' }] };
	const base = {
		name: 'n8n-nodes-base.webhook',
		webhooks: [{ name: 'default', path: '={{…}}', httpMethod: 'POST', isFullPath: true }],
	};
	expect(webhookUrl('http://h', workflow, own)).toBe('http://h/webhook/w-1/webhook');
	expect(webhookUrl('http://h', workflow, base)).toBe('http://h/webhook/mine');
	expect(() => webhookUrl('http://h', workflow, { name: 'other' })).toThrow('has no webhook of other');
});

it('reads flattened run data, with shared and cyclic values', () => {
	const text = '[{"a":"1","list":"2","self":"0","n":5},"text",["1","3",null],{"deep":"1"}]';
	const value = parseFlattened(text) as { self: unknown; a: string; list: unknown[]; n: number };
	expect(value).toMatchObject({ a: 'text', list: ['text', { deep: 'text' }, null], n: 5 });
	expect(value.self).toBe(value);
});

it('finds items and the error in an execution', () => {
	const data = JSON.stringify([
		{ resultData: '1' },
		{ runData: '2', error: '3' },
		{ Push: '4' },
		{ message: '5', description: null },
		['6'],
		'It broke.',
		{ data: '7' },
		{ main: '8' },
		['9'],
		['10'],
		{ json: '11' },
		{ outcome: '12' },
		'unchanged',
	]);
	expect(errorOf(data)).toBe('It broke.');
	expect(itemsOf(data, 'Push')).toEqual([{ outcome: 'unchanged' }]);
	expect(itemsOf(data, 'Push', 1)).toEqual([]);
	expect(itemsOf(data, 'Other')).toEqual([]);
	expect(errorOf(undefined)).toBe('');
});
