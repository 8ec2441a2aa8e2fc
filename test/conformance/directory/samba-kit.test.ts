import { directory } from '../../../lib/adapters/directory';
import { requireSamba } from '../../servers/samba';
import { conformance } from '../kit';
import { startDirectoryHarness } from './directory-harness';
import { startSambaSite, type SambaSite } from './samba-site';

if (requireSamba('the directory adapter against a Samba domain controller: the kit')) {
	let site: SambaSite;
	beforeAll(async () => {
		site = await startSambaSite();
	});
	afterAll(async () => await site.stop());

	conformance('The directory adapter, with Samba,', directory, async () => await startDirectoryHarness(site), {
		writes: false,
	});
}
