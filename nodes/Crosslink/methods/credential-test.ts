import type { ICredentialsDecrypted, ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { asCrosslinkError } from '../../../lib/errors';
import { testIntegrationCredential } from '../../../lib/host/test-credential';
import { testStore } from '../../../lib/host/store';

/** Opens the store a credential names, creates what is missing, and asks whether it can be read and written. */
async function crosslinkStore(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await resultOf(async () => await testStore(credential.data ?? {}));
}

/** Logs in with the credential of an integration that n8n's own request cannot try. */
async function crosslinkIntegration(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	return await resultOf(async () => await testIntegrationCredential(credential.type, credential.data ?? {}));
}

async function resultOf(test: () => Promise<string>): Promise<INodeCredentialTestResult> {
	try {
		return { status: 'OK', message: await test() };
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		return { status: 'Error', message: `${error.message} ${error.remedy}` };
	}
}

export const credentialTest = { crosslinkStore, crosslinkIntegration };
