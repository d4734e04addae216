"""The page around the sections: numbering, listings, colours, controls, the page of all reports."""
