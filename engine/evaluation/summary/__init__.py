"""What is measured, summed up over songs, compared, named and written as a document."""

__all__ = ["comparison", "document", "judgement", "labels", "summary"]
