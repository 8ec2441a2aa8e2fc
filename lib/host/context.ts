import { randomUUID } from 'node:crypto';
import type { ICredentialDataDecryptedObject, INode, Logger } from 'n8n-workflow';
import { CrosslinkError } from '../errors';
import type { HttpContext } from './http';

/** What Crosslink uses of an n8n context; execute, list, webhook and hook contexts all have it. */
export interface HostContext extends HttpContext {
	getNode(): INode;
	getCredentials(type: string, itemIndex?: number): Promise<ICredentialDataDecryptedObject>;
	logger: Logger;
	getExecutionId?(): string;
	getExecutionCancelSignal?(): AbortSignal | undefined;
}

/** The values of a credential; undefined when none of this type is chosen in the node. */
export async function credentialOf(
	context: HostContext,
	type: string,
	itemIndex: number,
): Promise<ICredentialDataDecryptedObject | undefined> {
	const chosen = context.getNode().credentials?.[type];
	if (chosen === undefined) return undefined;
	try {
		return await context.getCredentials(type, itemIndex);
	} catch (thrown) {
		throw new CrosslinkError({
			class: 'auth',
			code: 'credential_unreadable',
			message: `The credential "${chosen.name}" cannot be read: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`,
			remedy:
				'Open the node and choose the credential again; it may have been deleted, or not be shared with this workflow.',
		});
	}
}

/** Unique per run of a node, so that a loop or a retry never takes another run's lease for its own. */
export function runIdOf(context: HostContext): string {
	const execution = context.getExecutionId?.();
	return `${execution === undefined ? 'manual' : execution}:${randomUUID()}`;
}

/** In queue mode several processes, often on several machines, run one workflow. */
export function inQueueMode(environment: NodeJS.ProcessEnv = process.env): boolean {
	return environment.EXECUTIONS_MODE?.trim().toLowerCase() === 'queue';
}
