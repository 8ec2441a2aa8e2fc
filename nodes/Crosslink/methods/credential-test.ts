import type { ICredentialsDecrypted, ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { asCrosslinkError } from '../../../lib/errors';
import { testStore } from '../../../lib/host/store';

/** Opens the store a credential names, creates what is missing, and asks whether it can be read and written. */
async function crosslinkStore(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		return { status: 'OK', message: await testStore(credential.data ?? {}) };
	} catch (thrown) {
		const error = asCrosslinkError(thrown);
		return { status: 'Error', message: `${error.message} ${error.remedy}` };
	}
}

export const credentialTest = { crosslinkStore };
