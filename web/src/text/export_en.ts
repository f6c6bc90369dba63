/** The English strings of the buttons that give a list as a file. */
import type { ExportCatalogue } from './export_vi';

export const exportEn: ExportCatalogue = {
  label: (what) => (what ? `Export ${what}` : 'Export'),
  excel: 'Export Excel',
  csv: 'CSV',
  from: 'From',
  to: 'To the end of',
  saved: (name) => `Saved ${name}`,
  failed: (why) => `Could not be exported: ${why}`,
};
