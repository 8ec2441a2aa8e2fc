import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { IntegrationEntry } from '../../lib/adapters/registry';
import { deskEntry } from '../desk/adapter';
import { startDesk, type RunningDesk } from '../desk/start-desk';
import { loadPack, ROOT, runCrosslink, USER_FOLDER, type Given } from './harness';

export interface DeskWorld extends Given {
	desk: RunningDesk;
	storeFile: string;
	stop(): Promise<void>;
}

/** The built pack with one integration more, as a site of ours would have added it: the order desk. */
export async function startDeskWorld(): Promise<DeskWorld> {
	/* eslint-disable @typescript-eslint/no-require-imports -- the built pack's own modules */
	const registry = require(path.join(ROOT, 'dist/lib/adapters/registry.js')) as { integrations: IntegrationEntry[] };
	const errors = require(path.join(ROOT, 'dist/lib/errors.js')) as typeof import('../../lib/errors');
	/* eslint-enable @typescript-eslint/no-require-imports */
	if (!registry.integrations.some(({ integration }) => integration === 'desk')) {
		registry.integrations.push(deskEntry(errors));
	}
	const desk = await startDesk();
	const storeFile = path.join(USER_FOLDER, `${randomUUID()}.sqlite`);
	const world: DeskWorld = {
		pack: await loadPack(),
		desk,
		storeFile,
		credentials: {
			crosslinkStoreApi: { type: 'embedded', file: storeFile, encryptionKey: randomBytes(32).toString('base64') },
			crosslinkDeskApi: { baseUrl: desk.url, token: 'desk-token', timeoutMs: '600' },
		},
		stop: () => desk.stop(),
	};
	await onDesk(world, { operation: 'enable' });
	await onDesk(world, {
		operation: 'configure',
		settingsInput: 'json',
		settings: JSON.stringify({ retry: { attempts: 3, delaySeconds: 1 }, leaseSeconds: 10 }),
	});
	return world;
}

async function onDesk(world: DeskWorld, parameters: IDataObject): Promise<void> {
	const { error } = await runCrosslink(world, { resource: 'integration', integration: 'desk', ...parameters } as never);
	if (error) throw new Error(`${error.message} ${error.description ?? ''}`);
}

export const createOrder = {
	resource: 'command',
	operation: 'execute',
	integration: 'desk',
	command: 'createOrder',
	payload: { mappingMode: 'autoMapInputData', value: null },
	idempotencyKey: '=approved-{{ $json.id }}',
};
export const byKey = { resource: 'command', integration: 'desk', idempotencyKey: '=approved-{{ $json.id }}' };
