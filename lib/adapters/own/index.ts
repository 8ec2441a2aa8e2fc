import { isUtf8 } from 'node:buffer';
import type { Adapter, AdapterContext, AdapterModule, Mode, WebhookRequest, WebhookVerdict } from '../adapter';
import { CONNECTION_FIELDS, readConnection, type OwnSystem } from './connection';
import { header } from './headers';
import { verifyHmac } from './hmac-signature';
import { LIMITS, WEBHOOK_BYTES } from './limits';
import { splitSecrets } from './secrets';
import { standardKeys, verifyStandard } from './standard-signature';
import { parseEvents } from './webhook-events';

/** Your own system, as far as it can tell that a record of it has changed; the same wherever it runs. */
export const ownSystem: Record<Mode, AdapterModule> = { cloud: moduleFor('cloud'), onprem: moduleFor('onprem') };

function moduleFor(mode: Mode): AdapterModule {
	return {
		integration: 'own',
		displayName: 'Your Own System',
		mode,
		entities: [],
		keyField: 'id',
		promises: {
			batchSize: { read: 1, upsert: 1, associate: 1 },
			upsertByKey: false,
			sortedCursor: false,
			timestampResolutionMs: 1,
			indexingDelayMs: 0,
			normalisesValues: false,
			partialBatchFailure: false,
			merges: false,
			clearsFields: false,
		},
		connectionFields: CONNECTION_FIELDS,
		ownSystem: true,
		limits: LIMITS,
		accountKey: () => 'own',
		create,
	};
}

/** A secret or setting that cannot work is refused here, when the trigger is activated, not at the first event. */
function create({ connection, webhookSecret }: AdapterContext): Adapter {
	const system = readConnection(connection);
	const checkBy = verifierOf(system);
	const ofConnection = checkBy(system.signingSecret);
	return {
		verifyWebhook: (request) => {
			if (request.rawBody.length > WEBHOOK_BYTES) return refused(`The body is larger than ${WEBHOOK_BYTES} bytes.`);
			// Otherwise two bodies could read as one text, and so have one signature.
			if (!isUtf8(request.rawBody)) return refused('The body is no UTF-8 text.');
			const apart = webhookSecret?.();
			return (apart === undefined ? ofConnection : checkBy(apart))(request);
		},
		test: () => Promise.resolve({ accountId: '', message: messageFor(system) }),
		parseWebhook: (request) => parseEvents(request, system.paths, messageIdOf(request, system)),
	};
}

/** Reached only with settings that can work; there is nobody to call. */
function messageFor({ hmac, signingSecret }: OwnSystem): string {
	const scheme = hmac === undefined ? 'Standard Webhooks' : `an HMAC in ${hmac.signatureHeader}`;
	const secrets = splitSecrets(signingSecret).length;
	return (
		`Ready for ${scheme} with ${secrets} ${secrets === 1 ? 'secret' : 'secrets'}. ` +
		'Whether your system signs with the same shows with its first event.'
	);
}

/** The header is part of what Standard Webhooks signs; of a plain HMAC it is not, and anybody could change it. */
function messageIdOf(request: WebhookRequest, { hmac }: OwnSystem): string {
	return hmac === undefined ? header(request, 'webhook-id') : '';
}

type Verify = (request: WebhookRequest) => WebhookVerdict;

function verifierOf({ hmac }: OwnSystem): (signingSecret: string) => Verify {
	return (signingSecret) => {
		if (hmac === undefined) {
			const keys = standardKeys(signingSecret);
			return (request) => verifyStandard(request, keys);
		}
		const secrets = splitSecrets(signingSecret);
		return (request) => verifyHmac(request, hmac, secrets);
	};
}

const refused = (reason: string): WebhookVerdict => ({ ok: false, reason });
