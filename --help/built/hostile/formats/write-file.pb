

n	WriteFile