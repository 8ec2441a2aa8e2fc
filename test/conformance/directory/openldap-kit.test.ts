import { directory } from '../../../lib/adapters/directory';
import { requireOpenLdap } from '../../servers/openldap';
import { conformance } from '../kit';
import { startDirectoryHarness } from './directory-harness';
import { startOpenLdapSite, type OpenLdapSite } from './openldap-site';

if (requireOpenLdap('the directory adapter against OpenLDAP: the kit')) {
	let site: OpenLdapSite;
	beforeAll(async () => {
		site = await startOpenLdapSite();
	});
	afterAll(async () => await site.stop());

	conformance('The directory adapter, with OpenLDAP,', directory, async () => await startDirectoryHarness(site), {
		writes: false,
	});
}
