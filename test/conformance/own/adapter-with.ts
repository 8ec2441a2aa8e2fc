import type { Adapter } from '../../../lib/adapters/adapter';
import { ownSystem } from '../../../lib/adapters/own';
import { withFieldDefaults } from '../../../lib/tenants/connection-values';

/** The adapter over nothing but a secret. */
export function adapterWith(signingSecret: string): Adapter {
	const module = ownSystem.onprem;
	const transport = { calls: 0, request: () => Promise.reject(new Error('no call expected')) };
	return module.create({ connection: withFieldDefaults(module, { signingSecret }), transport });
}
