"""Writing: documents from templates, as .docx to be edited and as PDF to be printed and sealed."""
