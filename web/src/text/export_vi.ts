/** The Vietnamese strings of the buttons that give a list as a file. */
export const exportVi = {
  label: (what: string) => (what ? `Xuất ${what}` : 'Xuất'),
  excel: 'Xuất Excel',
  csv: 'CSV',
  from: 'Từ ngày',
  to: 'Đến hết ngày',
  saved: (name: string) => `Đã tải ${name}`,
  failed: (why: string) => `Chưa xuất được: ${why}`,
};

export type ExportCatalogue = typeof exportVi;
