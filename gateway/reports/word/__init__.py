"""The Word document: paper and type as Nghị định 30/2020/NĐ-CP has them."""
